/** The floor: a Node process that does nothing. */
setInterval(() => {}, 1 << 30);
