import { renderInTestApp } from '@backstage/frontend-test-utils';
import { notificationsApiRef } from '@backstage/plugin-notifications';
import {
  NOTIFICATION_ORIGIN,
  NOTIFICATION_TOPICS,
} from '@devart/plugin-devart-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { NotificationSettings } from './NotificationSettings';

const settings = {
  channels: ['Web', 'Telegram'].map(id => ({
    id,
    origins: [
      {
        id: NOTIFICATION_ORIGIN,
        enabled: true,
        topics: NOTIFICATION_TOPICS.map(topic => ({
          id: topic,
          enabled: true,
        })),
      },
    ],
  })),
};

describe('NotificationSettings', () => {
  it('lets people switch a topic off in a channel, by names that say what it is', async () => {
    const user = userEvent.setup();
    const update = jest.fn(async (saved: typeof settings) => saved);
    renderInTestApp(<NotificationSettings />, {
      apis: [
        [
          notificationsApiRef,
          {
            getNotificationSettings: async () => settings,
            updateNotificationSettings: update,
          } as any,
        ],
      ],
    });

    expect(await screen.findByText('devart')).toBeInTheDocument();
    expect(screen.getByText('Telegram')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'expand row' }));
    const row = (await screen.findByText('Budget nearly used up')).closest(
      'tr',
    )!;
    const [, telegram] = within(row).getAllByRole('switch');
    await user.click(telegram);

    await waitFor(() => expect(update).toHaveBeenCalled());
    const enabled = update.mock.calls[0][0].channels.map(({ id, origins }) => [
      id,
      origins[0].topics.filter(topic => !topic.enabled).map(topic => topic.id),
    ]);
    expect(enabled).toEqual([
      ['Web', []],
      ['Telegram', ['budget-threshold']],
    ]);
  });
});
