import type { S3Client } from '@aws-sdk/client-s3';

/** By the metadata that comes with each output. */
const dates = new WeakMap<object, string>();

/** Keeps the `Date` of every answer: the SDK does not hand it on. */
export function watchDates(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const date = Date.parse(dateIn(result.response));
      if (result.output !== undefined && !Number.isNaN(date))
        dates.set(result.output.$metadata, new Date(date).toISOString());
      return result;
    },
    { step: 'deserialize', name: 'sluiceDate', priority: 'high' },
  );
}

/** The store's own time of an answer, to the second; this machine's where it told none. */
export function answeredAt(output: { readonly $metadata: object }): string {
  return dates.get(output.$metadata) ?? new Date().toISOString();
}

/** S3 writes quotes around it, not every server does everywhere. */
export function etagIn(text: string | undefined): string {
  return (text ?? '').replace(/^W\//, '').replaceAll('"', '');
}

function dateIn(response: unknown): string {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return '';
  const { headers } = response;
  return typeof headers === 'object' && headers !== null && 'date' in headers ? String(headers.date) : '';
}
