/** Buffers of one size for the parts of all uploads, used again and again. */
export interface PartBuffers {
  /**
   * One to fill. The first of an upload comes at once, so that none waits for another's slow source; more of them
   * once fewer than `count` are taken, or as they are given back.
   */
  take(isFirst: boolean): Promise<Buffer>;
  give(buffer: Buffer): void;
  /** Uploads announce themselves; without any the memory is free again. */
  open(): void;
  close(): void;
}

export function createPartBuffers(sizeBytes: number, count: number): PartBuffers {
  const free: Buffer[] = [];
  const waiting: ((buffer: Buffer) => void)[] = [];
  let taken = 0;
  let uploads = 0;

  return {
    async take(isFirst) {
      const again = free.pop();
      if (again === undefined && taken >= count && !isFirst) {
        return new Promise<Buffer>((resolve) => waiting.push(resolve));
      }
      taken += 1;
      // Every byte that is sent was written before.
      return again ?? Buffer.allocUnsafeSlow(sizeBytes);
    },

    give(buffer) {
      const next = waiting.shift();
      if (next !== undefined) {
        next(buffer);
        return;
      }
      taken -= 1;
      if (taken + free.length < count) free.push(buffer);
    },

    open: () => void (uploads += 1),
    close() {
      uploads -= 1;
      if (uploads === 0) free.length = 0;
    },
  };
}
