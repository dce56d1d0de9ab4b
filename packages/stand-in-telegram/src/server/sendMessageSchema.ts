import { z } from 'zod';

/**
 * The fields of `sendMessage` and their types
 * (https://core.telegram.org/bots/api#sendmessage). Telegram ignores fields
 * that it does not know; here they are refused, for nobody means to send them.
 */
export const sendMessageSchema = z.strictObject({
  business_connection_id: z.string().optional(),
  chat_id: z.union([z.int(), z.string().regex(/^(?:-?\d+|@\w{4,32})$/)]),
  message_thread_id: z.int().optional(),
  direct_messages_topic_id: z.int().optional(),
  text: z.string(),
  parse_mode: z.enum(['MarkdownV2', 'HTML', 'Markdown']).optional(),
  link_preview_options: z
    .strictObject({
      is_disabled: z.boolean().optional(),
      url: z.string().optional(),
      prefer_small_media: z.boolean().optional(),
      prefer_large_media: z.boolean().optional(),
      show_above_text: z.boolean().optional(),
    })
    .optional(),
  disable_notification: z.boolean().optional(),
  protect_content: z.boolean().optional(),
  allow_paid_broadcast: z.boolean().optional(),
  message_effect_id: z.string().optional(),
});

/** What a bot sends with `sendMessage`. */
export type SendMessageInput = z.infer<typeof sendMessageSchema>;
