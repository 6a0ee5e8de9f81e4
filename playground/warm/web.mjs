export default {
  fetch(request, { worker }) {
    const price = worker.cache.get(new URL(request.url).pathname.slice(1));
    return new Response(`${price ?? "unknown"}, from ${worker.id}, ${worker.state()?.custom1} entries\n`);
  },
};
