setTimeout(() => {
  throw new Error('a thread that dies');
}, 50);
