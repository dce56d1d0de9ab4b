import { makeStyles } from '@material-ui/core/styles';
import type { PropsWithChildren } from 'react';
import { DevartProvider } from './DevartProvider';
import { useTabPanel } from './useTabPanel';

const useStyles = makeStyles(theme => ({
  // There are more tabs than fit on a phone; they scroll, and the page does not.
  '@global': {
    '.bui-PluginHeaderTabsWrapper': { overflowX: 'auto', overflowY: 'hidden' },
    '.bui-PluginHeaderTabsWrapper [role="tab"]': { whiteSpace: 'nowrap' },
  },
  root: {
    // Other parts of the portal set another font on the body.
    fontFamily: theme.typography.fontFamily,
    padding: theme.spacing(1, 3, 3),
    [theme.breakpoints.down('xs')]: { padding: theme.spacing(0, 1.5, 2) },
  },
}));

/** What surrounds the content of a page where the framework draws the header. */
export function Shell({ children }: PropsWithChildren<{}>) {
  const classes = useStyles();
  const panel = useTabPanel<HTMLElement>();
  return (
    <DevartProvider>
      <main ref={panel} className={classes.root}>
        {children}
      </main>
    </DevartProvider>
  );
}
