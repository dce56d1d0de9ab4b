import { ActivityFeed } from '../activity';
import { DevartProvider } from '../shell/DevartProvider';

/** What people and agents do, as it happens. */
export function ActivityWidget() {
  return (
    <DevartProvider>
      <ActivityFeed pageSize={10} />
    </DevartProvider>
  );
}
