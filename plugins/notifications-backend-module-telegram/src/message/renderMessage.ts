import type { NotificationPayload } from '@backstage/plugin-notifications-common';
import { resolveNotificationLink } from '@backstage/plugin-notifications-node';
import type { TelegramMessage } from '../api/TelegramApi';
import { cutText } from './cutText';
import { escape } from './escape';

/** What Telegram takes, counted without the markup. */
const MAX_LENGTH = 4096;
const MAX_TITLE_LENGTH = 512;
/** Longer addresses are of no use to people. */
const MAX_URL_LENGTH = 2048;

const GAP = '\n\n';

/** A piece of a message: what people read, and how it is written. */
interface Piece {
  text: string;
  markdown: string;
}

/**
 * A notification as a message for Telegram: its title in bold, its description,
 * and where it leads. Texts are cut before they are escaped, so that no escape
 * is broken. What has low severity comes without a sound.
 */
export function renderMessage(
  payload: NotificationPayload,
  portalUrl: string,
): TelegramMessage {
  const title = cutText(wellFormed(payload.title), MAX_TITLE_LENGTH);
  const link = renderLink(payload, portalUrl);
  const taken = title.length + (link ? GAP.length + link.text.length : 0);
  const description = cutText(
    wellFormed(payload.description ?? ''),
    MAX_LENGTH - taken - GAP.length,
  );
  return {
    text: [
      `*${escape.text(title)}*`,
      ...(description ? [escape.text(description)] : []),
      ...(link ? [link.markdown] : []),
    ].join(GAP),
    isSilent: payload.severity === 'low',
  };
}

function renderLink(
  payload: NotificationPayload,
  portalUrl: string,
): Piece | undefined {
  const url = resolveNotificationLink(
    payload.link ?? '/notifications',
    portalUrl,
  );
  const { href, hostname } =
    url && URL.canParse(url) ? new URL(url) : { href: '', hostname: '' };
  if (!href || href.length > MAX_URL_LENGTH) {
    return undefined;
  }
  // Telegram drops links to hosts without a dot; people can copy the address.
  return /[.:]/.test(hostname)
    ? { text: 'Open', markdown: `[Open](${escape.url(href)})` }
    : { text: href, markdown: `\`${escape.code(href)}\`` };
}

/** Half surrogate pairs cannot be sent: they become the sign for what cannot be shown. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
