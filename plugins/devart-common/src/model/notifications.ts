/** Where notifications of devart come from, by which people choose whether they hear of them. */
export const NOTIFICATION_ORIGIN = 'plugin:devart';

/** What notifications of devart are about, by which people choose of what they hear, and where. */
export const NOTIFICATION_TOPICS = [
  'approvals',
  'budget-threshold',
  'budget-exhausted',
  'budget-forecast',
  'service-suspended',
  'service-delegated',
  'run-failed',
] as const;

/** What a notification of devart is about. */
export type NotificationTopic = (typeof NOTIFICATION_TOPICS)[number];

/** What people read where they choose; goes to `originNames` of `UserNotificationSettingsCard`. */
export const notificationOriginNames: Record<string, string> = {
  [NOTIFICATION_ORIGIN]: 'devart',
};

/** What people read where they choose; goes to `topicNames` of `UserNotificationSettingsCard`. */
export const notificationTopicNames: Record<NotificationTopic, string> = {
  approvals: 'Approvals',
  'budget-threshold': 'Budget nearly used up',
  'budget-exhausted': 'Budget used up',
  'budget-forecast': 'Budget that will not last',
  'service-suspended': 'Service suspended',
  'service-delegated': 'Service replaced by its fallback',
  'run-failed': 'Failed workflow run',
};
