/**
 * Lets the browser save bytes as a file. Always as plain bytes: an agent named
 * the type, and the browser must not open a page that an agent wrote.
 */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(
    new Blob([bytes], { type: 'application/octet-stream' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
