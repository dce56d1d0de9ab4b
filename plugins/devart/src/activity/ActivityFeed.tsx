import type { Activity } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useDevartApi } from '../api';
import {
  EmptyState,
  Loaded,
  LoadMore,
  RelativeTime,
  ActorLabel,
  Rows,
} from '../components';
import { topicWords } from '../format';
import { useLivePages } from '../live';
import { ActivitySubject } from './ActivitySubject';

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    ...theme.typography.body2,
  },
  item: {
    padding: theme.spacing(0.75, 0),
    borderBottom: `1px solid ${theme.palette.divider}`,
    overflowWrap: 'anywhere',
    '& a': { textDecoration: 'underline' },
  },
  meta: { color: theme.palette.text.secondary },
}));

/** What happened, newest first: everywhere, or around one thing. */
export function ActivityFeed(props: {
  subjectId?: string;
  entityRef?: string;
  pageSize?: number;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const { subjectId, entityRef, pageSize = 20 } = props;
  const pages = useLivePages<Activity>(
    {
      topics: [
        'task',
        'agent',
        'review',
        'organization',
        'workflow',
        'run',
        'approval',
      ],
      minimumIntervalMs: 500,
      pageSize,
      loadPage: (page, signal) =>
        api.activity.list({ subjectId, entityRef, ...page }, { signal }),
    },
    [api, subjectId, entityRef],
  );
  return (
    <>
      <Loaded live={pages} skeleton={<Rows count={6} height={40} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="Nothing has happened yet"
              text="What people and agents do appears here as it happens."
            />
          ) : (
            <ol className={classes.list} aria-label="Activity">
              {items.map(activity => (
                <li key={activity.id} className={classes.item}>
                  <ActorLabel actor={activity.actor} />{' '}
                  {topicWords(activity.topic)}{' '}
                  <ActivitySubject subject={activity.subject} />
                  {activity.detail && <div>{activity.detail}</div>}
                  <div className={classes.meta}>
                    <RelativeTime at={activity.at} />
                  </div>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
      <LoadMore pages={pages} />
    </>
  );
}
