import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import type { NotificationTopic } from '@devart/plugin-devart-common';

/** A notification, and whom it is for. */
export interface Notice {
  /** Users and groups. */
  to: string[];
  /** Who is left out of the groups in `to`. */
  except: string[];
  payload: NotificationSendOptions['payload'] & {
    link: string;
    topic: NotificationTopic;
    /** What is told later in the same scope replaces what was told before. */
    scope: string;
  };
}

/** Whether a reference is of somebody who can be notified. */
export function isPrincipal(ref: string): boolean {
  return /^(?:user|group):/.test(ref);
}
