import type { BudgetState } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { BudgetLevelLabel, Money, RelativeTime, useMoney } from '../components';
import { BUDGET_PERIOD_WORDS } from '../format';

const useStyles = makeStyles(theme => {
  const colours = {
    ok: theme.palette.status.ok,
    warning: theme.palette.status.warning,
    exhausted: theme.palette.status.error,
    blocked: theme.palette.status.error,
  };
  const stripes = (colour: string) =>
    `repeating-linear-gradient(45deg, ${colour} 0 3px, transparent 3px 7px)`;
  return {
    root: {
      display: 'grid',
      gap: theme.spacing(0.5),
      ...theme.typography.body2,
    },
    line: {
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      gap: theme.spacing(0, 2),
    },
    level: {
      display: 'inline-flex',
      flexWrap: 'wrap',
      gap: theme.spacing(0, 1.5),
    },
    track: {
      display: 'flex',
      height: 12,
      overflow: 'hidden',
      borderRadius: 6,
      border: `1px solid ${theme.palette.text.secondary}`,
      backgroundColor: theme.palette.background.default,
    },
    spent: { minWidth: 0 },
    ok: { backgroundColor: colours.ok },
    warning: { backgroundColor: colours.warning },
    exhausted: { backgroundColor: colours.exhausted },
    // Nothing may be spent: there is no part of anything to fill.
    blocked: { backgroundImage: stripes(colours.blocked) },
    heldOk: { backgroundImage: stripes(colours.ok) },
    heldWarning: { backgroundImage: stripes(colours.warning) },
    heldExhausted: { backgroundImage: stripes(colours.exhausted) },
    heldBlocked: {},
  };
});

const HELD = {
  ok: 'heldOk',
  warning: 'heldWarning',
  exhausted: 'heldExhausted',
  blocked: 'heldBlocked',
} as const;

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0;
}

/** What is spent and held back of a budget, as a bar and in words. */
export function BudgetBar(props: {
  /** What the budget limits, for those who do not see where the bar stands. */
  of: string;
  budget: BudgetState;
}) {
  const classes = useStyles();
  const money = useMoney();
  const { of, budget } = props;
  const { limitMicros, period } = budget;
  const { spentMicros, reservedMicros, remainingMicros, level, endsAt } =
    budget.window;
  const isUnlimited = limitMicros === undefined;
  const spent =
    limitMicros === 0 ? 100 : percent(spentMicros, limitMicros ?? 0);
  const held = Math.min(100 - spent, percent(reservedMicros, limitMicros ?? 0));
  const used = Math.round(
    limitMicros ? ((spentMicros + reservedMicros) / limitMicros) * 100 : 0,
  );
  const inWords =
    limitMicros === 0
      ? 'blocked: nothing may be spent'
      : `${money(spentMicros)} spent and ${money(reservedMicros)} held back of ${money(limitMicros ?? 0)}`;

  return (
    <div className={classes.root}>
      <div className={classes.line}>
        <span className={classes.level}>
          <strong>{BUDGET_PERIOD_WORDS[period]}</strong>
          {!isUnlimited && <BudgetLevelLabel level={level} />}
        </span>
        <span>
          <Money micros={spentMicros} />
          {isUnlimited ? (
            ' spent, unlimited'
          ) : (
            <>
              {' of '}
              <Money micros={limitMicros} />
            </>
          )}
        </span>
      </div>
      {!isUnlimited && (
        <div
          role="meter"
          aria-label={`${BUDGET_PERIOD_WORDS[period]}, ${of}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(spent + held)}
          aria-valuetext={inWords}
          className={classes.track}
        >
          <div
            className={`${classes.spent} ${classes[level]}`}
            style={{ width: `${spent}%` }}
          />
          <div className={classes[HELD[level]]} style={{ width: `${held}%` }} />
        </div>
      )}
      <div className={classes.line}>
        <span>
          {limitMicros ? `${used} % used` : ''}
          {limitMicros === 0 && '0 allows nothing'}
          {reservedMicros > 0 && (
            <>
              {isUnlimited ? '' : ', '}
              <Money micros={reservedMicros} /> held back
            </>
          )}
          {remainingMicros !== undefined && limitMicros !== 0 && (
            <>
              {', '}
              {remainingMicros < 0 ? (
                <>
                  <Money micros={-remainingMicros} /> over
                </>
              ) : (
                <>
                  <Money micros={remainingMicros} /> left
                </>
              )}
            </>
          )}
        </span>
        {endsAt && (
          <span>
            begins anew <RelativeTime at={endsAt} />
          </span>
        )}
      </div>
    </div>
  );
}
