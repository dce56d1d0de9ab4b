import type { ReactNode } from 'react';
import { Loaded, Rows } from '../components';
import { useOverview, type Overview } from '../overview';

/** A part of the command centre, on a page of somebody else. */
export function OverviewPart(props: {
  children: (overview: Overview) => ReactNode;
}) {
  const live = useOverview();
  return (
    <Loaded live={live} skeleton={<Rows count={2} height={64} />}>
      {props.children}
    </Loaded>
  );
}
