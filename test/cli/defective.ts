// Breaks the program from outside, in the middle of an analysis: a module for node's --import.

const SABOTAGE = `Date.prototype.toISOString = () => { throw new Error('sabotage'); };`;

export const DEFECTIVE = `data:text/javascript,${encodeURIComponent(SABOTAGE)}`;
