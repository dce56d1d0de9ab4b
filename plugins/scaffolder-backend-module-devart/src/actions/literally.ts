/** Text of somebody else, so that Markdown shows it as it is. */
export function literally(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()<>#+!|~:@&-]/g, '\\$&');
}
