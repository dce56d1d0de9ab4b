import { useReactFlow, useStore } from '@xyflow/react';
import { useEffect } from 'react';

/** While anything on a canvas has the focus: + and - zoom, 0 shows all of it. */
export function CanvasKeys(props: { minZoom: number }) {
  const flow = useReactFlow();
  const canvas = useStore(state => state.domNode);
  const { minZoom } = props;

  useEffect(() => {
    const act = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (event.key === '+' || event.key === '=') {
        flow.zoomIn();
      } else if (event.key === '-') {
        flow.zoomOut();
      } else if (event.key === '0') {
        flow.fitView({ minZoom, maxZoom: 1 });
      }
    };
    canvas?.addEventListener('keydown', act);
    return () => canvas?.removeEventListener('keydown', act);
  }, [canvas, flow, minZoom]);

  return null;
}
