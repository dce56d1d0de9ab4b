import { Content } from '@backstage/core-components';
import { UserNotificationSettingsCard } from '@backstage/plugin-notifications';
import {
  notificationOriginNames,
  notificationTopicNames,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles({
  // With many channels the table is wider than a phone.
  wide: { maxWidth: '100%', overflowX: 'auto' },
});

/** Where people choose of what they are notified, and through which channels. */
export function NotificationSettings() {
  const classes = useStyles();
  return (
    <Content>
      <div className={classes.wide}>
        <UserNotificationSettingsCard
          originNames={notificationOriginNames}
          topicNames={notificationTopicNames}
        />
      </div>
    </Content>
  );
}
