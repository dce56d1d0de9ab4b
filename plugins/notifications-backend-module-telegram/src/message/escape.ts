/**
 * Writes a text so that Telegram reads it as that text. MarkdownV2 has three
 * places with rules of their own
 * (https://core.telegram.org/bots/api#markdownv2-style).
 */
export const escape = {
  /** Everywhere but in the other two. */
  text: (text: string) => text.replaceAll(/[\\_*[\]()~`>#+\-=|{}.!]/g, '\\$&'),
  /** Within code. */
  code: (text: string) => text.replaceAll(/[\\`]/g, '\\$&'),
  /** The address of a link, between the brackets. */
  url: (url: string) => url.replaceAll(/[\\)]/g, '\\$&'),
};
