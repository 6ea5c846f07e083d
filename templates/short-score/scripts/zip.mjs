import { crc32, inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** True for the signature every zip file starts with. */
export function isZip(bytes) {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0x04034b50;
}

/**
 * The content of a zip file's only member. Sizes come from the central directory at the end, which a truncated
 * download does not have; the checksum proves the rest.
 * @param {Buffer} bytes
 */
export function unzipOnly(bytes) {
  const end = findEnd(bytes);
  if (end === undefined)
    throw new Error('it is truncated: a zip file ends with a directory, this one does not');
  const count = bytes.readUInt16LE(end + 10);
  if (count !== 1) throw new Error(`expected one file in the zip, found ${count}`);
  const entry = bytes.readUInt32LE(end + 16);
  if (bytes.readUInt32LE(entry) !== ENTRY) throw new Error('its zip directory is damaged');
  const method = bytes.readUInt16LE(entry + 10);
  const checksum = bytes.readUInt32LE(entry + 16);
  const size = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(start, start + size);
  const content = unpack(method, packed);
  // crc32 came with Node 20.15; an older one does without this proof, the trailer counts remain.
  if (crc32 !== undefined && crc32(content) !== checksum)
    throw new Error('its content does not match its checksum');
  return content;
}

function unpack(method, packed) {
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new Error(`it is packed by method ${method}; expected ${STORED} (stored) or ${DEFLATED} (deflated)`);
}

function findEnd(bytes) {
  // 22 bytes, then a comment of at most 65,535.
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  return undefined;
}
