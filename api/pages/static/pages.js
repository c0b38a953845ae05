// What scripts add: the behaviour of govuk-frontend, and focus on a new page's heading, so that a doubled Enter presses nothing.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const { initAll } = await import(document.body.dataset.frontend);
initAll();
document.querySelector("h1[tabindex='-1']")?.focus({ preventScroll: true });

// Text to copy: one press selects all of it and copies it.
for (const text of document.querySelectorAll(".app-copy")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary app-button";
  button.textContent = "Copy the text";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "app-said";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    said.textContent = "Copied";
  });
  text.after(button, said);
}

// Work in progress: look again every few seconds, unless somebody is at something on the page.
const progress = document.querySelector("[data-refresh]");
if (progress) {
  setInterval(() => {
    if (!document.querySelector("main :focus")) location.reload();
  }, 1000 * progress.dataset.refresh);
}
