// The part of `bl`, a list of byte arrays, that mqtt-packet's parser uses. Kept as one array: packets are short.
class List {
  #bytes = new Uint8Array(0);

  get length() {
    return this.#bytes.length;
  }

  append(bytes) {
    if (this.#bytes.length === 0) {
      this.#bytes = bytes;
      return;
    }
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  consume(count) {
    this.#bytes = this.#bytes.subarray(count);
  }

  readUInt8(at) {
    return this.#bytes[at];
  }

  readUInt16BE(at) {
    return this.#bytes[at] * 256 + this.#bytes[at + 1];
  }

  readUInt32BE(at) {
    return this.readUInt16BE(at) * 65536 + this.readUInt16BE(at + 2);
  }

  slice(from, to) {
    return this.#bytes.slice(from, to);
  }

  // UTF-8 by hand, since not every engine has a TextDecoder; what is no UTF-8 becomes U+FFFD.
  toString(_encoding, from, to) {
    let text = '';
    for (let at = from; at < to;) {
      const first = this.#bytes[at++];
      const extra = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
      let code = extra === 0 ? first : first & (0x3f >> extra);
      for (let i = 0; i < extra && at < to; i++) code = code * 64 + (this.#bytes[at++] & 63);
      text += String.fromCodePoint(code > 0x10ffff ? 0xfffd : code);
    }
    return text;
  }
}

export default function bl() {
  return new List();
}
