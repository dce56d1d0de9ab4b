/** The name under which reviews stand among the checks of a change. Branch protection refers to it. */
export const CHECK_NAME = 'devart review';
