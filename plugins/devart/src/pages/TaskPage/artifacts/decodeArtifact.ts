/** The bytes behind the base64 of an artifact. */
export function decodeArtifact(contentBase64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(contentBase64);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < characters.length; index++) {
    bytes[index] = characters.charCodeAt(index);
  }
  return bytes;
}

/** The text that the bytes stand for, or undefined when they are no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? undefined : text;
  } catch {
    return undefined;
  }
}
