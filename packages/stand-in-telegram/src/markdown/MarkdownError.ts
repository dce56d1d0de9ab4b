/** Text that is not MarkdownV2; the message is what Telegram says of it. */
export class MarkdownError extends Error {
  name = 'MarkdownError';
}
