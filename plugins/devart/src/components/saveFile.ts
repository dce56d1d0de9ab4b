/**
 * Lets the browser save something as a file. Always as plain bytes: an agent
 * may have named the type, and the browser must not open a page that an agent
 * wrote.
 */
export function saveFile(name: string, ...parts: BlobPart[]): void {
  const url = URL.createObjectURL(
    new Blob(parts, { type: 'application/octet-stream' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
