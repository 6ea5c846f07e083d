/**
 * Whether what an engine refused may be granted to the next try, without anybody changing anything. Its status alone
 * does not tell: Docker answers 500 to a user that the image does not have, Podman 500 to nearly everything.
 */
export function isPassing(status: number | undefined, message: string): boolean {
  if (status !== undefined && FINAL_STATUS.has(status)) return false;
  return !FINAL_WORDS.some((words) => words.test(message));
}

const FINAL_STATUS = new Set([400, 401, 403, 405, 406, 413, 414, 415, 422]);

/** Of answers that were seen: Docker 20.10, Podman 4.3, and of runc below both. */
const FINAL_WORDS = [
  // user
  /unable to find (?:user|group)\b/i,
  /uids and gids must be in range/i,
  // working directory, and what is to be mounted or laid in over something of the image's
  /not a directory/i,
  /cwd must be an absolute path|working directory .* is invalid/i,
  /read-only file system|rootfs is marked read-only/i,
  /duplicate mount|invalid mount|destination can't be/i,
  // capabilities, resources, options
  /unknown capability/i,
  /unable to set memory limit|minimum memory limit|range of CPUs/i,
  /invalid argument|invalid environment variable|names must match|is not allowed/i,
  // environment and command
  /can't contain null|argument list too long/i,
  /no command specified|no command or entrypoint/i,
  // the engine's disk is nobody's passing moment
  /no space left on device|disk quota exceeded/i,
];
