/** Not a mistake of ours, nor of the file that could not be opened: told apart before anything else can be loaded. */
export function isOutOfFiles(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

export const OUT_OF_FILES = {
  code: 'too-many-open-files',
  message: 'the system lets sluice open no more files',
  fix: 'raise the limit in this shell: ulimit -n 4096',
} as const;
