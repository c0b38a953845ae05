// How far a plan is: the table is fetched again whenever the plan reports something. What is finished is also announced.
const progress = document.getElementById("progress");
if (progress) {
  document.getElementById("refresh").hidden = true;
  const announced = new Set([...progress.querySelectorAll("[data-finished]")].map((row) => row.dataset.finished));
  let isBusy = false;
  let isStale = false;

  const refresh = async () => {
    if (isBusy) {
      isStale = true;
      return;
    }
    isBusy = true;
    isStale = false;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("progress");
      if (!fresh) {
        location.reload();
        return;
      }
      progress.replaceChildren(...fresh.childNodes);
      const finished = [...progress.querySelectorAll("[data-finished]")].map((row) => row.dataset.finished);
      const news = finished.filter((text) => !announced.has(text));
      news.forEach((text) => announced.add(text));
      if (news.length) document.getElementById("said").textContent = news.join(". ");
      await new Promise((done) => setTimeout(done, 500));
    } catch {
      await new Promise((done) => setTimeout(done, 2000));
      isStale = true;
    }
    isBusy = false;
    if (isStale) refresh();
  };

  const stream = new EventSource(progress.dataset.events);
  for (const name of ["queued", "started", "progress", "cancelling"]) stream.addEventListener(name, refresh);
  for (const name of ["done", "cancelled", "failed"]) {
    stream.addEventListener(name, () => {
      stream.close();
      location.reload();
    });
  }
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setInterval(refresh, 5000);
  };
}
