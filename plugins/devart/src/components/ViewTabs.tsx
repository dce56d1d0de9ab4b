import Tab from '@material-ui/core/Tab';
import Tabs from '@material-ui/core/Tabs';
import { makeStyles } from '@material-ui/core/styles';
import { useId, type ReactNode } from 'react';

const useStyles = makeStyles(theme => ({
  tabs: {
    marginBottom: theme.spacing(2),
    borderBottom: `1px solid ${theme.palette.divider}`,
  },
  // The theme's grey for what is not chosen is too faint to read.
  tab: {
    '&&': { color: theme.palette.text.primary, opacity: 1, minWidth: 96 },
    // The theme's is white in the dark, as the words on it are.
    '&&:hover': { backgroundColor: theme.palette.action.hover },
  },
}));

/** The parts of a page, of which one is shown. */
export function ViewTabs<T extends string>(props: {
  label: string;
  value: T;
  views: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  children: ReactNode;
}) {
  const classes = useStyles();
  const { label, value, views, onChange, children } = props;
  const id = useId();
  return (
    <>
      <Tabs
        className={classes.tabs}
        aria-label={label}
        value={value}
        variant="scrollable"
        scrollButtons="off"
        indicatorColor="primary"
        onChange={(_event, chosen: T) => onChange(chosen)}
      >
        {views.map(view => (
          <Tab
            key={view.value}
            value={view.value}
            label={view.label}
            id={`${id}-${view.value}`}
            // Of the others there is no panel to name.
            aria-controls={view.value === value ? `${id}-panel` : undefined}
            className={classes.tab}
          />
        ))}
      </Tabs>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
      >
        {children}
      </div>
    </>
  );
}
