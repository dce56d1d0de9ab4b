import type { NotificationTopic } from '@devart/plugin-devart-common';
import type { Notice } from '../notices/Notice';
import type { DueAlert } from './BudgetNoticeStore';
import { describeBudget, money } from './describeBudget';

/** What people choose by, and how much it presses. */
const KINDS: Record<
  DueAlert['kind'],
  { topic: NotificationTopic; severity: 'normal' | 'high' }
> = {
  threshold: { topic: 'budget-threshold', severity: 'normal' },
  exhausted: { topic: 'budget-exhausted', severity: 'high' },
  forecast: { topic: 'budget-forecast', severity: 'normal' },
  suspended: { topic: 'service-suspended', severity: 'high' },
  delegated: { topic: 'service-delegated', severity: 'normal' },
};

/**
 * What to tell of an alert: what happened, how much, until when. Nothing when
 * its budget or service is there no more.
 *
 * @param to - users and groups
 */
export function noticesOfAlert(alert: DueAlert, to: string[]): Notice[] {
  const words = alert.service ? ofService(alert) : ofBudget(alert);
  if (!words || to.length === 0) {
    return [];
  }
  const { topic, severity } = KINDS[alert.kind];
  return [
    {
      to,
      except: [],
      payload: {
        ...words,
        topic,
        severity,
        link: '/devart/budgets',
        // What is told of the next window replaces it.
        scope: `${topic}:${alert.subject_id}`,
      },
    },
  ];
}

function ofBudget(
  alert: DueAlert,
): { title: string; description: string } | undefined {
  const { budget, currency } = alert;
  if (!budget) {
    return undefined;
  }
  const name = describeBudget(budget);
  const { limit_micros: limit, used_micros: used } = budget;
  const amounts = `${money(used, currency)}${
    limit === null ? '' : ` of ${money(limit, currency)}`
  } are used`;
  const end = budget.ends_at && instant(budget.ends_at, alert);
  switch (alert.kind) {
    case 'threshold':
      return {
        title: `${percent(used, limit)} of the ${name} are used`,
        description: `${amounts}.${end ? ` The rest is for the time until ${end}.` : ''}`,
      };
    case 'exhausted':
      return {
        title: `The ${name} is used up`,
        description: `${amounts}${limit !== null && used < limit ? '; more was asked for' : ''}. Nothing more is paid from it ${
          end
            ? `until ${end}, unless it is increased`
            : 'unless it is increased'
        }.`,
      };
    default: {
      const { expectedAt, probability } = alert.detail;
      return {
        title: `The ${name} will not last`,
        description: [
          `${amounts}.`,
          expectedAt
            ? `As things go, the rest is used up on ${instant(expectedAt, alert)}.`
            : 'As things go, the rest is used up early.',
          ...(probability === undefined
            ? []
            : [`The probability of that is ${percent(probability, 1)}.`]),
          ...(end ? [`It is meant to last until ${end}.`] : []),
        ].join(' '),
      };
    }
  }
}

function ofService(
  alert: DueAlert,
): { title: string; description: string } | undefined {
  const { service } = alert;
  if (!service) {
    return undefined;
  }
  const { title, fallback_title: fallback, suspended_until: until } = service;
  if (alert.kind === 'delegated') {
    const paid = service.paid_title ?? fallback ?? 'A fallback';
    return {
      title: `${paid} is paid in place of ${title}`,
      description: `No budget pays for ${title} at the moment: what is asked of it goes to ${paid}, at the price of that.`,
    };
  }
  const then = {
    delegate: fallback
      ? `${fallback} is paid in its place`
      : 'people are asked before it is used',
    ask: 'people are asked before it is used',
    reject: 'its use is refused',
  }[service.on_exhausted];
  return {
    title: `${title} is suspended`,
    description: `Its budget is used up. ${
      until ? `Until ${instant(until, alert)}` : 'For now'
    }, ${then}. Increasing the budget ends that at once.`,
  };
}

/** Rounded down: 99.9 % are not all. */
function percent(used: number, limit: number | null): string {
  return limit ? `${Math.floor((100 * used) / limit)} %` : 'Most';
}

/** A time where the organisation is, and which time that is. */
function instant(iso: string, { time_zone: timeZone }: DueAlert): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(new Date(iso));
  return `${time} (${timeZone})`;
}
