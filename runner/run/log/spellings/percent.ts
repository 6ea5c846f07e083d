/** Signs beside letters and digits that an encoder leaves as they are. */
const KEPT: readonly string[] = [
  // JavaScript's encodeURIComponent, and encodeURI
  "-_.!~*'()",
  "-_.!~*'();,/?:@&=+$#",
  // RFC 3986: Go's QueryEscape, Ruby's CGI.escape, PHP's rawurlencode, Python's quote with safe=''
  '-_.~',
  // Python's quote
  '-_.~/',
  // PHP's urlencode
  '-_.',
  // Java's URLEncoder, Ruby's encode_www_form, HTML forms
  '-_.*',
  // Go's PathEscape, and its user names and passwords in a URL
  '-_.~$&+=:@',
  '-_.~$&+,;=',
  '-_.~$&+,/:;=@',
  // browsers, curl and Node in a URL: path, query, user name and password
  "-_.~!$&'()*+,;=:@/%[]^|\\",
  '-_.~!$&()*+,;=:@/?%[]^|\\`{}',
  "-_.~!$&'()*+,%",
];

/** A text as parts of a URL hold it. */
export function percentSpellings(text: string): readonly string[] {
  const found = new Set<string>();
  for (const encoded of encodedSpellings(text)) {
    const plus = encoded.replaceAll('%20', '+');
    for (const spelling of [encoded, plus]) {
      found.add(spelling);
      found.add(spelling.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
    }
  }
  return [...found];
}

/** Browsers and Node leave tabs and line ends out of a URL, and turn a path's backslashes round. */
function encodedSpellings(text: string): readonly string[] {
  const onOneLine = text.replaceAll(/[\t\r\n]/g, '');
  const texts = new Set([text, onOneLine, onOneLine.replaceAll('\\', '/')]);
  return KEPT.flatMap((kept) => [...texts].map((one) => percentEncode(one, kept)));
}

function percentEncode(text: string, kept: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/gu, (sign) => {
    if (kept.includes(sign)) return sign;
    return Buffer.from(sign, 'utf8').toString('hex').toUpperCase().replaceAll(/../g, '%$&');
  });
}
