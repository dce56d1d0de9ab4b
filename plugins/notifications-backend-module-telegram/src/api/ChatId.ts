/** A chat as the Bot API knows it: a number, or `@name` of a public group or channel. */
export type ChatId = number | string;

/** The id of a chat in what a person wrote; undefined when it is none. */
export function parseChatId(value: unknown): ChatId | undefined {
  const text = String(value).trim();
  if (/^-?[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text))) {
    return Number(text);
  }
  return /^@[a-z]\w{3,31}$/i.test(text) ? text : undefined;
}

/** Whether several people read a chat: ids of groups and channels are negative, and only they are addressed by name. */
export function isShared(chat: ChatId): boolean {
  return typeof chat === 'string' || chat < 0;
}
