// Reads the calendar at an address as ical.js and node-ical do: node read.mjs FOLDER-OF-PACKAGES ADDRESS
import { createRequire } from "node:module";

const [folder, address] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const imported = (name) => import(require.resolve(name)).then((found) => found.default ?? found);
const [ICAL, nodeIcal] = await Promise.all(["ical.js", "node-ical"].map(imported));

const told = (uid, title, start, end, status) => ({ uid, title, start: start.toISOString(), end: end.toISOString(), status });
const text = await (await fetch(address)).text();
const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
const found = Object.values(await nodeIcal.async.fromURL(address)).filter((one) => one.type === "VEVENT");
console.log(
  JSON.stringify({
    "ical.js": events.map((one) =>
      told(one.uid, one.summary, one.startDate.toJSDate(), one.endDate.toJSDate(), one.component.getFirstPropertyValue("status")),
    ),
    "node-ical": found.map((one) => told(one.uid, one.summary, one.start, one.end, one.status)),
  }),
);
