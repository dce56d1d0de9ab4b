/**
 * The address of a link as Telegram keeps it; undefined where Telegram drops
 * the link and keeps its text: an address without a dot in its host, such as
 * localhost, or with another protocol.
 */
export function checkedLink(address: string): string | undefined {
  const withProtocol = /^[a-z][a-z\d+.-]*:/i.test(address)
    ? address
    : `http://${address}`;
  if (!URL.canParse(withProtocol)) {
    return undefined;
  }
  const url = new URL(withProtocol);
  const isHttp = ['http:', 'https:'].includes(url.protocol);
  return isHttp && /[.:]/.test(url.hostname) ? url.href : undefined;
}
