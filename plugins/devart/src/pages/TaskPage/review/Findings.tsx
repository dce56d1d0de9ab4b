import { FINDING_SEVERITIES, type Finding } from '@devart/plugin-devart-common';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import Switch from '@material-ui/core/Switch';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../../../api';
import { ReasonDialog, useToasts } from '../../../components';
import { plural } from '../../../format';
import { FindingRow } from './FindingRow';

const useStyles = makeStyles(theme => ({
  file: {
    fontFamily: 'monospace',
    fontSize: 14,
    fontWeight: 600,
    overflowWrap: 'anywhere',
    margin: theme.spacing(2, 0, 0.5),
  },
  list: { listStyle: 'none', margin: 0, padding: 0 },
}));

function byFile(findings: readonly Finding[]): [string, Finding[]][] {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    files.set(finding.path, [...(files.get(finding.path) ?? []), finding]);
  }
  for (const inFile of files.values()) {
    inFile.sort(
      (a, b) =>
        FINDING_SEVERITIES.indexOf(a.severity) -
          FINDING_SEVERITIES.indexOf(b.severity) ||
        (a.line ?? 0) - (b.line ?? 0),
    );
  }
  return [...files].sort(([a], [b]) => a.localeCompare(b));
}

/** Findings by file, the most serious first; dismissed ones on demand. */
export function Findings(props: {
  findings: readonly Finding[];
  reload: () => Promise<void>;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const { findings, reload } = props;
  const [withDismissed, setWithDismissed] = useState(false);
  const [dismissing, setDismissing] = useState<Finding>();
  const dismissedCount = findings.filter(finding => finding.dismissed).length;
  const shown = findings.filter(finding => withDismissed || !finding.dismissed);

  const restore = async (finding: Finding) => {
    try {
      await api.reviews.restoreFinding({ id: finding.id });
      toasts.success('Brought back');
    } catch (error) {
      toasts.failure('The finding could not be brought back', error);
    }
    await reload();
  };

  return (
    <>
      {dismissedCount > 0 && (
        <FormControlLabel
          control={
            <Switch
              size="small"
              color="primary"
              checked={withDismissed}
              onChange={(_event, checked) => setWithDismissed(checked)}
            />
          }
          label={`Show ${plural(dismissedCount, 'dismissed finding')}`}
        />
      )}
      {shown.length === 0 && (
        <Typography variant="body2">All findings are dismissed.</Typography>
      )}
      {byFile(shown).map(([path, inFile]) => (
        <section key={path} aria-label={path}>
          <Typography component="h3" className={classes.file}>
            {path}
          </Typography>
          <ul className={classes.list}>
            {inFile.map(finding => (
              <FindingRow
                key={finding.id}
                finding={finding}
                onDismiss={() => setDismissing(finding)}
                onRestore={() => restore(finding)}
              />
            ))}
          </ul>
        </section>
      ))}
      {dismissing && (
        <ReasonDialog
          reasonRequired
          title="Dismiss the finding?"
          text={
            <>
              <strong>{dismissing.title}</strong>
              <br />
              It is not shown again for this repository, in this or any later
              review, until somebody brings it back.
            </>
          }
          submitLabel="Dismiss"
          onClose={() => setDismissing(undefined)}
          onConfirm={async reason => {
            await api.reviews.dismissFinding({
              id: dismissing.id,
              reason: reason!,
            });
            toasts.success('Dismissed');
            setDismissing(undefined);
            await reload();
          }}
        />
      )}
    </>
  );
}
