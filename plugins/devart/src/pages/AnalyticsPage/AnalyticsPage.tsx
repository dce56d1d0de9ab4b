import { makeStyles } from '@material-ui/core/styles';
import {
  CalibrationPanel,
  EstimatePanel,
  FlagsPanel,
  PerformancePanels,
  ServiceUsagePanel,
  TaskCostsPanel,
  usePeriod,
} from '../../analytics';
import { TwoColumns, ViewTabs } from '../../components';
import { PeriodInput } from '../../spend';
import { PageHead, useUrlFilters } from '../shared';

const NAMES = ['view'] as const;
const VIEWS = [
  { value: 'tasks', label: 'Tasks' },
  { value: 'services', label: 'Services' },
] as const;

const useStyles = makeStyles(theme => ({
  parts: { display: 'grid', gap: theme.spacing(2) },
}));

/** What tasks and services cost, and how well they go. */
export function AnalyticsPage() {
  const classes = useStyles();
  const { filters, setFilters } = useUrlFilters(NAMES);
  const view = filters.view === 'services' ? 'services' : 'tasks';
  const period = usePeriod();
  return (
    <>
      <PageHead
        title="Analytics"
        actions={
          <PeriodInput value={period.period} onChange={period.setPeriod} />
        }
      />
      <ViewTabs
        label="Analytics"
        value={view}
        views={VIEWS}
        onChange={chosen =>
          setFilters({ view: chosen === 'tasks' ? undefined : chosen })
        }
      >
        {view === 'tasks' ? (
          <div className={classes.parts}>
            <PerformancePanels period={period} />
            <FlagsPanel />
            <TaskCostsPanel period={period} />
            <TwoColumns
              main={<EstimatePanel />}
              side={<CalibrationPanel period={period} />}
            />
          </div>
        ) : (
          <div className={classes.parts}>
            <ServiceUsagePanel period={period} />
          </div>
        )}
      </ViewTabs>
    </>
  );
}
