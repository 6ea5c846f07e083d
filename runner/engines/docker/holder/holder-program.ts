/** Where the program stands in the holder's image. */
export const HOLDER_COMMAND = '/hold';

/**
 * The whole program of a holder container, as an ELF file: it waits for ever and needs no library, no shell, no
 * registry to come from. Undefined for a processor whose instructions are not written here.
 *
 * A holder only keeps its network namespace alive. As process 1 of its namespace it ignores every signal but
 * SIGKILL, by which it is removed.
 */
export function holderProgram(architecture: string): Buffer | undefined {
  switch (architecture) {
    case 'amd64':
    case 'x86_64':
      return elf(62, X86_64);
    case 'arm64':
    case 'aarch64':
      return elf(183, AARCH64);
    default:
      return undefined;
  }
}

/** pause() in a loop. */
const X86_64 = Buffer.from([
  0xb8, 0x22, 0x00, 0x00, 0x00, // mov eax, 34 (pause)
  0x0f, 0x05, //                   syscall
  0xeb, 0xf7, //                   jmp -9, back to the mov
]); // prettier-ignore

/** There is no pause on this one: ppoll(NULL, 0, NULL, NULL) in a loop. */
const AARCH64 = words([
  0xd2800000, // mov x0, #0
  0xd2800001, // mov x1, #0
  0xd2800002, // mov x2, #0
  0xd2800003, // mov x3, #0
  0xd2800928, // mov x8, #73 (ppoll)
  0xd4000001, // svc #0
  0x17fffffa, // b -6 instructions, back to the first mov
]);

const LOAD_ADDRESS = 0x400000;
const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;

/** A 64-bit little-endian executable of one segment: headers and code, mapped to be read and run. */
function elf(machine: number, code: Buffer): Buffer {
  const start = HEADER_BYTES + SEGMENT_BYTES;
  const file = Buffer.alloc(start + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0); // magic, 64 bit, little-endian, version
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20); // version
  file.writeBigUInt64LE(BigInt(LOAD_ADDRESS + start), 24); // entry
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32); // segments' table
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(SEGMENT_BYTES, 54);
  file.writeUInt16LE(1, 56); // one segment
  file.writeUInt32LE(1, HEADER_BYTES); // to load
  file.writeUInt32LE(5, HEADER_BYTES + 4); // readable, executable
  file.writeBigUInt64LE(BigInt(LOAD_ADDRESS), HEADER_BYTES + 16);
  file.writeBigUInt64LE(BigInt(LOAD_ADDRESS), HEADER_BYTES + 24);
  file.writeBigUInt64LE(BigInt(file.length), HEADER_BYTES + 32);
  file.writeBigUInt64LE(BigInt(file.length), HEADER_BYTES + 40);
  file.writeBigUInt64LE(BigInt(0x10000), HEADER_BYTES + 48); // pages may be 64 KiB
  code.copy(file, start);
  return file;
}

function words(instructions: readonly number[]): Buffer {
  const code = Buffer.alloc(instructions.length * 4);
  instructions.forEach((instruction, index) => code.writeUInt32LE(instruction, index * 4));
  return code;
}
