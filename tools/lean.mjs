// Leaves out of two libraries what no device uses: Ed25519 and whole boxes of tweetnacl, MQTT 5 and the server's half of
// mqtt-packet. Every cut must find its place, or the build stops: a new version of a library is looked at first.

/** Puts `instead` in the place of all from the first `from` up to the next `to`. */
function cut(code, from, to, what, instead = '') {
  const start = code.indexOf(from);
  const end = code.indexOf(to, start + from.length);
  if (start < 0 || end < 0) throw new Error(`${what} has changed: look for ${from.trim()} again`);
  return code.slice(0, start) + instead + code.slice(end);
}

function replaceAll(code, from, to, what) {
  if (!code.includes(from)) throw new Error(`${what} has changed: look for ${from} again`);
  return code.replaceAll(from, to);
}

/** `nacl.lowlevel` has a name for everything, which keeps everything in the bundle; these are the ones in use. */
const LOW_LEVEL = [
  'crypto_core_hsalsa20',
  'crypto_stream_salsa20_xor',
  'crypto_onetimeauth',
  'crypto_verify_16',
];

function leanTweetnacl(code) {
  const table = `nacl.lowlevel = {\n${LOW_LEVEL.map((name) => `  ${name}: ${name}`).join(',\n')}`;
  const low = cut(code, 'nacl.lowlevel = {', '\n};', 'tweetnacl', table);
  const unboxed = cut(low, 'nacl.box = function', 'nacl.hash = function', 'tweetnacl');
  return cut(unboxed, 'nacl.secretbox = function', 'nacl.scalarMult = function', 'tweetnacl');
}

/** Packets that only a server reads. */
const SERVER_READS = ['Connect', 'Subscribe', 'Unsubscribe', 'Unsuback', 'Disconnect', 'Auth'];

function leanParser(code) {
  let lean = replaceAll(code, 'this.settings.protocolVersion === 5', 'false', 'mqtt-packet/parser');
  for (const name of SERVER_READS) {
    lean = cut(
      lean,
      `case '${name.toLowerCase()}':\n`,
      name === 'Auth' ? 'default:' : 'case ',
      'mqtt-packet/parser',
    );
    lean = cut(lean, `  _parse${name} () {`, '\n  _parse', 'mqtt-packet/parser');
  }
  for (const name of ['StringPair ()', 'ByType (type)', 'Byte ()']) {
    lean = cut(lean, `  _parse${name} {`, '\n  _parse', 'mqtt-packet/parser');
  }
  return cut(lean, '  _parseProperties () {', '\n  _newPacket', 'mqtt-packet/parser');
}

function leanWriter(code) {
  let lean = replaceAll(code, 'ersion === 5', 'ersion === 0', 'mqtt-packet/writeToStream');
  for (const [name, next] of [
    ['connack', "case 'publish'"],
    ['suback', "case 'unsubscribe'"],
    ['unsubscribe', "case 'unsuback'"],
    ['unsuback', "case 'pingreq'"],
    ['auth', 'default:'],
  ]) {
    lean = cut(lean, `case '${name}':\n`, next, 'mqtt-packet/writeToStream');
  }
  return lean;
}

const LEAN = {
  'tweetnacl/nacl-fast.js': leanTweetnacl,
  'mqtt-packet/parser.js': leanParser,
  'mqtt-packet/writeToStream.js': leanWriter,
};

/** The plugin for rollup. */
export const lean = {
  name: 'lean',
  transform(code, id) {
    const name = Object.keys(LEAN).find((end) => id.endsWith(end));
    return name === undefined ? null : { code: LEAN[name](code), map: null };
  },
};
