import { StoreError, messageOf } from '../../errors.ts';

/** A failed system call as a `StoreError` that says what to do. What is not a system's error passes as it is. */
export function storeError(error: unknown, key: string, what: 'read' | 'write' | 'remove' | 'list'): unknown {
  const code = systemCode(error);
  if (error instanceof StoreError || code === undefined) return error;
  const [kind, remedy] = kindOf(isRefusedLink(error, code) ? 'ENOTSUP' : code);
  return new StoreError(kind, `the store did not ${what} ${key}: ${remedy} (${describe(error)})`, {
    key,
    cause: error,
  });
}

export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A file system without links says EPERM. */
function isRefusedLink(error: unknown, code: string): boolean {
  return (
    code === 'EPERM' &&
    error instanceof Error &&
    'syscall' in error &&
    /^(sym)?link$/.test(String(error.syscall))
  );
}

function kindOf(code: string): readonly [StoreError['code'], string] {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return [
        'store-full',
        'the disk or the quota is full; free some space, sluice gc removes what is superseded',
      ];
    case 'EACCES':
    case 'EPERM':
      return ['store-denied', 'permission denied; make the store folder readable and writable for this user'];
    case 'EROFS':
      return ['store-denied', 'the file system is read-only; put the store on a writable one'];
    case 'EXDEV':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
    case 'ENOSYS':
    case 'EMLINK':
      return [
        'store-unsuitable',
        'the file system lacks hard or symbolic links within the store folder; put the store on another',
      ];
    case 'ENOTDIR':
    case 'EISDIR':
      return [
        'store-unsuitable',
        'a file stands where a folder is needed, or the reverse; remove or rename it',
      ];
    case 'ENAMETOOLONG':
      return ['store-unsuitable', 'the file system takes no name as long; write a shorter one'];
    case 'EMFILE':
    case 'ENFILE':
      return ['store-unreachable', 'too many open files; raise the limit (ulimit -n)'];
    default:
      return ['store-unreachable', 'the disk does not answer as it should; see the system’s log'];
  }
}

/** Of two paths the one that it was to become: the other is ours, and gone by now. */
function describe(error: unknown): string {
  return messageOf(error).replace(/'[^']*' -> /, '');
}
