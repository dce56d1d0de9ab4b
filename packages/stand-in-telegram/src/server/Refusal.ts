/** An error as the Bot API answers it. */
export class Refusal extends Error {
  name = 'Refusal';

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 429,
    readonly description: string,
    readonly parameters?: {
      retry_after?: number;
      migrate_to_chat_id?: number;
    },
  ) {
    super(description);
  }
}
