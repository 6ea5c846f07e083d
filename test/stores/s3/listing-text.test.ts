import { describe, expect, it } from 'vitest';
import { readListing } from '../../../runner/stores/s3/listing-text.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';
const page = (inner: string) => `${HEAD}<Name>bucket</Name><Prefix>a/</Prefix>${inner}</ListBucketResult>\n`;
const entry = (key: string, more = '') =>
  `<Contents><Key>${key}</Key><LastModified>2021-01-29T22:00:00.000Z</LastModified><ETag>&quot;5d41&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass>${more}</Contents>`;

describe('the text of a listing', () => {
  it('gives every entry with what is known of it', () => {
    expect(readListing(page(`<IsTruncated>false</IsTruncated>${entry('a/b')}${entry('a/c')}`))).toEqual({
      entries: ['a/b', 'a/c'].map((key) => ({
        key,
        etag: '"5d41"',
        sizeBytes: 7,
        modifiedAt: '2021-01-29T22:00:00.000Z',
      })),
    });
    expect(readListing(page('<Contents><Key>a/b</Key></Contents>'))).toEqual({
      entries: [{ key: 'a/b', etag: '' }],
    });
    expect(readListing(page('<KeyCount>0</KeyCount><EncodingType></EncodingType>'))).toEqual({ entries: [] });
  });

  it.each([
    ['before the entries', (more: string) => page(`${more}${entry('a/b')}`)],
    ['behind them', (more: string) => page(`${entry('a/b')}${more}`)],
  ])('gives the token of the next page %s', (_, text) => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>x&amp;y==</NextContinuationToken>';
    expect(readListing(text(more))?.token).toBe('x&y==');
    expect(readListing(text(more.replace('true', 'false')))?.token).toBeUndefined();
  });

  it('decodes names, also one that looks like another tag', () => {
    const names = ['a&amp;b', '&lt;IsTruncated&gt;true', '&#x1F600;&#38;&quot;&apos;', 'é😀'];
    expect(
      readListing(page(names.map((name) => entry(name)).join('')))?.entries.map(({ key }) => key),
    ).toEqual(['a&b', '<IsTruncated>true', '😀&"\'', 'é😀']);
  });

  it.each([
    ['an error', '<Error><Code>SlowDown</Code></Error>'],
    ['one that breaks off', page(entry('a/b')).slice(0, -30)],
    ['one that breaks off and goes on', page(entry('a/b').replace('</Contents>', ''))],
    ['an entry without a name', page('<Contents><Size>1</Size></Contents>')],
    ['an unknown entity', page(entry('a&nbsp;b'))],
    ['a bare ampersand', page(entry('a&b'))],
    ['attributes', page('<Contents x="1"><Key>a</Key></Contents>')],
    ['literal text', page(entry('<![CDATA[a]]>'))],
    ['names in another encoding', page(`<EncodingType>url</EncodingType>${entry('a%20b')}`)],
    ['more without saying where', page('<IsTruncated>true</IsTruncated>')],
    ['nothing', ''],
  ])('leaves %s to the SDK', (_, text) => {
    expect(readListing(text)).toBeUndefined();
  });
});
