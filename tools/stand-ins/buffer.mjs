// The part of Node's Buffer that mqtt-packet uses: a Uint8Array with a few names more.
export class Buffer extends Uint8Array {
  static allocUnsafe(length) {
    return new Buffer(length);
  }

  static alloc(length) {
    return new Buffer(length);
  }

  static from(bytes) {
    const buffer = new Buffer(bytes.length);
    buffer.set(bytes);
    return buffer;
  }

  static isBuffer(value) {
    return value instanceof Uint8Array;
  }

  static byteLength(value) {
    if (typeof value !== 'string') return value.byteLength;
    let length = 0;
    for (const character of value) {
      const code = character.codePointAt(0);
      length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }
    return length;
  }

  writeUInt8(value, at) {
    this[at] = value;
  }

  writeUInt16BE(value, at) {
    this[at] = value >> 8;
    this[at + 1] = value;
  }

  writeUInt32BE(value, at) {
    this.writeUInt16BE(value >>> 16, at);
    this.writeUInt16BE(value & 0xffff, at + 2);
  }
}
