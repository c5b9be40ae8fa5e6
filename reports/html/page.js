// The page: the verdict and what decided it first, then the evidence, then what it does not show.
const RUN = data.run;
const HEADLINE = {pass: 'PASS', fail: 'FAIL', inconclusive: 'INCONCLUSIVE'};
const redChecks = data.checks.map((check, i) => ({...check, ...data.page.checks[i]}))
  .filter(check => check.verdict === 'fail' || check.verdict === 'inconclusive');

const NEXT = {
  no_lost_writes: 'Book again what the list of losses names, and tell those players; then look why an answer came before the write was safe.',
  no_duplicate_payouts: 'Claim the second payment back from the providers named; until it is mended, let no payout be sent again without asking the first provider what became of it.',
  no_phantom_writes: 'Take back what nobody asked for; find what writes without a request.',
  providers_reconciled: 'Settle each difference with the provider named, payment by payment.',
  ledger_balanced: 'Stop writing to this ledger until the entries named are explained.',
  ledger_append_only: 'Find who may change entries, and take that right away.',
  single_writer: 'Fence the old primary before the new one writes: leases, and the epoch checked at commit.',
  no_overspend: 'Claim back or write off what the players named had too much; check balance and booking in one transaction.',
  events_complete: 'Publish what the events lack from the ledger’s outbox; then close the gap between both.',
  webhook_once: 'Take back what was applied twice; key the effects by the provider’s event.',
  rto: 'See which phase of the way back took the time: detect, elect, promote or reconnect.',
  rpo: 'Compare what was lost with what the target allows; a hole is corruption, not a lost tail.',
  slo: 'See when latency or refusals began on the time axis, and what was broken then.',
  nothing_unscreened: 'Screen what went through now, and report it as the rules demand.',
  limits_respected: 'Give back what went over a player’s limit; the regulator will ask.',
  faults_effective: 'Nothing is proven for the fault without effect: mend the fault or its target, and run again.',
  healed: 'Run ./rehearse undo, and look what it names.',
};

function verdictHeader() {
  const head = document.getElementById('verdict');
  head.className = data.met && data.verdict !== 'inconclusive' ? 'as-expected' : data.verdict;
  document.title = clean(`${HEADLINE[data.verdict]} ${RUN.scenario}`);
  put(head,
    el('p.word', {}, el('span', {'aria-hidden': 'true'}, MARKS[data.verdict] + ' '), HEADLINE[data.verdict], data.met && data.verdict !== 'pass' ? el('small', {}, ' as it must be') : null),
    el('h1', {}, RUN.title || RUN.scenario),
    el('p', {}, `${data.met ? 'As expected' : 'Not as expected'} (${data.expect}) · exit ${data.page.exit}`
      + ` · ${RUN.scenario} · stack ${RUN.stack} · seed ${RUN.seed} · ${RUN.started || 'start not recorded'}`),
    RUN.interrupted ? el('p.notice', {}, 'Interrupted: this is what there is.') : null);
}

const list = items => el('ul', {}, items.map(item => el('li', {}, item)));

function whatBroke() {
  const items = data.faults.map(f => `${f.fault === 'runbook' ? 'runbook played: ' : f.fault + ' on '}${f.target}` + (missing(f.effective_ms)
    ? ': without proof of an effect' : `, from ${at(f.injected_ms)} to ${missing(f.healed_ms) ? 'the end' : at(f.healed_ms)}`));
  const decided = data.page.why.length ? data.page.why
    : redChecks.filter(c => c.standing === 'as_expected').map(c => `${c.check} is red, as this canary demands: ${c.summary}`);
  return [el('p', {}, items.length ? 'On purpose:' : 'Nothing was broken on purpose.'), items.length ? list(items) : null,
    el('p', {}, decided.length ? 'What decided:' : 'Every check examined something and found nothing wrong; every target was met.'),
    decided.length ? list(decided) : null];
}

function whatItCost() {
  const items = [];
  const out = data.rto.filter(r => r.measured_ms > 0).sort((a, b) =>
    (b.verdict === 'fail') - (a.verdict === 'fail') || b.measured_ms - a.measured_ms);
  for (const row of out.slice(0, 3)) items.push(`${row.operation} was out for ${outage(row)} after ${row.fault}`
    + (missing(row.target_ms) ? '' : `, of ${ms(row.target_ms)} allowed`));
  if (!out.length) items.push('No outage was felt.');
  for (const row of data.rpo.filter(r => r.verdict !== 'not_applicable')) {
    if (missing(row.lost_count)) items.push(`Whether ${row.store} lost anything was not measured.`);
    else if (row.lost_count > 0) items.push(`${plural(row.lost_count, 'acknowledged write')} lost of ${row.store}: ${lostMoney(row.lost_money)}`
      + `, within ${ms(row.lost_ms)} of ${ms(row.target_ms)} allowed`);
    else items.push(`${row.store}: nothing acknowledged was lost.`);
  }
  const red = redChecks.filter(c => c.verdict === 'fail' && !['rto', 'rpo', 'slo'].includes(c.check));
  for (const check of red) items.push(`${check.check}: ${plural(check.violations, 'thing')} wrong of ${number(check.examined)} examined`);
  const explained = data.checks.some(c => c.check === 'pnl_matches' && c.verdict === 'pass');
  if (data.page.differences.count) items.push(`The books of revenue differ in ${plural(data.page.differences.count, 'entry', 'entries')}`
    + (explained ? ', which the allowed loss explains.' : '.'));
  return list(items);
}

function whoseMoney() {
  const stories = data.page.stories;
  if (!stories.length) return el('p', {}, data.verdict === 'pass' ? 'Nobody’s: no book shows money lost, doubled or held.'
    : 'No witness names a player’s operation: what is red is about the platform as a whole, or about time.');
  const players = new Set(stories.map(s => s.player));
  return [el('p', {}, `The witnesses name ${plural(players.size, 'player')} in ${plural(stories.length, 'operation')}`
    + (stories.length >= 60 ? ' (the first ones)' : '') + ':'),
  table('Operations that the witnesses name', [['player', s => s.player], ['what', s => s.operation],
    ['#money', s => s.money], ['key', s => s.key]], stories.slice(0, 8)),
  leftOut(stories.length - 8, 'the checks below')];
}

function whatNext() {
  const items = redChecks.filter(c => NEXT[c.check]).map(c => [el('strong', {}, c.check + ': '), NEXT[c.check]]);
  for (const trouble of data.troubles) items.push(['Nothing counts as proven until this is mended: ', trouble]);
  if (!items.length && data.met) items.push('Nothing at once. Read what this run does not show, and keep its folder.');
  const key = data.page.stories[0]?.key;
  // To be copied into a shell: of a key that is not one of ours nothing is.
  if (key && /^[\w.:-]+$/.test(key)) items.push(['Follow one witness through every book: ', el('code', {}, `./rehearse history RUN --csv | grep ${key}`),
    ' and ', el('code', {}, `grep ${key} RUN/books/*.csv`)]);
  items.push(['Play it again, with the same seed: ', el('code', {}, './rehearse run RUN/scenario.yaml')]);
  return list(items);
}

function summary() {
  const card = (title, ...content) => el('section.card', {}, el('h3', {}, title), ...content);
  return el('div.cards', {}, card('What broke', whatBroke()), card('What it cost', whatItCost()),
    card('Whose money', whoseMoney()), card('What to do next', whatNext()));
}

// The first red witness of a check is drawn at once, the others on demand.
function checkDetails(check) {
  const stories = new Map(data.page.stories.map(story => [story.key, story]));
  const told = new Set();
  const box = el('section.check', {}, el('h3', {}, mark(check.verdict), ' ', check.check,
    check.standing === 'as_expected' && check.verdict === 'fail' ? el('small', {}, ' red, as it must be') : null),
  el('p', {}, check.question), el('p', {}, el('strong', {}, check.summary)),
  el('p.quiet', {}, `${number(check.examined)} examined, ${number(check.violations)} wrong`));
  for (const witness of check.witnesses) {
    const named = [...stories.values()].filter(s => witness.includes(s.key) && !told.has(s.key));
    named.forEach(s => told.add(s.key));
    box.append(el('p.witness', {}, witness));
    for (const story of named) {
      const details = el('details', {}, el('summary', {}, `Who said what when: ${story.key}`), sequence(story));
      details.open = told.size === 1;
      box.append(details);
    }
  }
  return put(box, leftOut(check.violations - check.witnesses.length, 'report.json and the books'));
}

function checks() {
  const rows = data.checks.map((check, i) => ({...check, ...data.page.checks[i]}));
  const c = data.counts;
  return [el('p', {}, `${c.pass} passed · ${c.not_exercised} passed with nothing at stake · ${c.fail} failed · `
    + `${c.inconclusive} inconclusive · ${c.not_applicable} not applicable`),
  redChecks.map(checkDetails),
  table('Every check, and how much it looked at', [
    ['check', r => [mark(r.verdict), ' ', r.check]],
    ['#examined', r => r.verdict === 'not_applicable' ? '–' : number(r.examined)],
    ['#wrong', r => r.verdict === 'not_applicable' ? '–' : number(r.violations)],
    ['proves', r => r.question],
    ['found', r => (r.not_exercised ? 'not exercised: ' + r.not_exercised + '; ' : '') + r.summary],
  ], rows)];
}

function hashes() {
  const rows = [['run', RUN.id], ['scenario', RUN.scenario_sha256], ['manifest (every file of evidence)', data.manifest_sha256],
    ...Object.entries(RUN.versions).map(([k, v]) => ['version of ' + k, v]),
    ...Object.entries(RUN.images).map(([k, v]) => ['image ' + k, v])];
  return table('What was run, by its sums (SHA-256)', [['what', r => r[0]], ['sum', r => el('code', {}, r[1] || 'not recorded')]], rows);
}

function timeSection() {
  if (!data.page.course) return el('p.quiet', {}, 'Nothing to draw: no operations were recorded, or their numbers cannot be.');
  return [el('p.quiet', {}, 'Drag over a chart to zoom, double-click for the whole run; with the keyboard + and −, arrows, 0. '
    + 'Shaded: a fault was on.'), el('div', {id: 'timeline', tabindex: 0, role: 'group', 'aria-label': 'Time axis: + and − zoom, arrows move, 0 shows the whole run'})];
}

function sections() {
  const notes = data.findings.filter(f => f.severity === 'note' || !f.check);
  const l = data.load;
  return [
    ['minute', 'In a minute', summary()],
    ['time', 'One time axis', timeSection()],
    ['faults', 'What was broken', [faultTable(), data.runbook.length ? stepTable() : null]],
    ['recovery', 'Recovery', recoveryTable()],
    ['loss', 'Loss', lossTable()],
    ['revenue', 'Revenue by book', revenueTables()],
    ['checks', 'Checks', checks()],
    ['levels', 'Service levels and load', [levelTable(), el('p', {}, `${number(l.sent)} of ${number(l.scheduled)} arrivals sent · `
      + `${number(l.ok)} ok · ${number(l.rejected)} rejected · ${number(l.failed)} failed · ${number(l.unknown)} unanswered`
      + (missing(l.lateness_p99_us) ? '' : ` · sent late by ${ms(l.lateness_p99_us / 1000)} at p99`)), loadTable()]],
    ['machine', 'Machine room', machineTables()],
    ['notes', 'Notes', notes.length ? list(notes.map(f => `${f.severity}: ${f.text}`)) : el('p.quiet', {}, 'None.')],
    ['limits', 'What this run does not show', list(data.limits)],
    ['events', 'Everything that happened', [el('details', {}, el('summary', {}, plural(data.events.length, 'event')), eventTable(),
      leftOut(data.page.left_out.events, 'events.jsonl'))]],
    ['hashes', 'Hashes', hashes()],
  ];
}

function drawTimeline() {
  const root = document.getElementById('timeline');
  if (!root) return;
  const timeline = new Timeline(root);
  let width = root.clientWidth;
  const again = () => { width = root.clientWidth; timeline.build(); };
  new ResizeObserver(() => { if (root.clientWidth !== width) again(); }).observe(root);
  for (const query of ['(prefers-color-scheme: dark)', 'print'])
    matchMedia(query).addEventListener('change', again);
}

verdictHeader();
const parts = sections();
put(document.getElementById('contents'), parts.map(([id, title]) => el('a', {href: '#' + id}, title)));
put(document.getElementById('main'), parts.map(([id, title, content]) =>
  put(el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title)), content)));
put(document.getElementById('footer'), el('p', {}, `${RUN.id} · rehearse ${data.page.version} · times count from the end of the steady phase`
  + (RUN.zero_at ? `, ${RUN.zero_at}` : '') + ' · the figures are those of report.json'));
drawTimeline();
document.documentElement.dataset.ready = Math.round(performance.now());
