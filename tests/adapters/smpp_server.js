// A message centre for the tests: the npm package `smpp` (node-smpp) does the protocol, this file only decides.
// node smpp_server.js PATH-OF-SMPP [KEY-AND-CERTIFICATE.pem]; prints its port, then a line of JSON for each event.
// What becomes of a text follows from the last two digits of its number.
const fs = require('fs');
const smpp = require(process.argv[2]);
const pem = process.argv[3] && fs.readFileSync(process.argv[3]);
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');
let last = 0x5f5e100;
const busy = {};

const receipt = (session, pdu, id, word, state) => {
  session.deliver_sm({
    source_addr: pdu.destination_addr, source_addr_ton: 1, source_addr_npi: 1, destination_addr: pdu.source_addr,
    esm_class: 4, receipted_message_id: id, message_state: state,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2611230800 done date:2611230800 stat:${word} err:000 text:`,
  }, (answer) => tell({ receipted: answer.command_status }));
};

const server = smpp.createServer(pem ? { key: pem, cert: pem } : {}, (session) => {
  session.on('error', () => {});
  session.on('bind_transceiver', (pdu) => {
    const fine = pdu.system_id === 'reik' && pdu.password === 'geheim';
    tell({ bind: pdu.system_id, version: pdu.interface_version, fine });
    session.send(pdu.response({ command_status: fine ? 0 : smpp.ESME_RINVPASWD, system_id: 'centre' }));
  });
  session.on('enquire_link', (pdu) => { tell({ enquired: true }); session.send(pdu.response()); });
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); tell({ unbound: true }); });
  session.on('submit_sm', (pdu) => {
    const to = pdu.destination_addr, kind = to.slice(-2), id = String(++last);
    tell({
      to, from: pdu.source_addr, ton: pdu.source_addr_ton, text: pdu.short_message.message, coding: pdu.data_coding,
      receipt: pdu.registered_delivery, valid_min: Math.round((pdu.validity_period - Date.now()) / 60000),
    });
    const answer = (status) => session.send(pdu.response({ message_id: id, command_status: status || 0 }));
    const later = (word, state) => setTimeout(() => receipt(session, pdu, id, word, state), 30);
    busy[to] = (busy[to] || 0) + 1;
    if (kind === '01') { answer(); later('DELIVRD', 2); }
    if (kind === '02') { answer(); later('UNDELIV', 5); }
    if (kind === '03') { answer(); later('REJECTD', 8); }
    if (kind === '04') answer();
    if (kind === '05') { if (busy[to] < 2) answer(smpp.ESME_RTHROTTLED); else { answer(); later('DELIVRD', 2); } }
    if (kind === '06') { answer(); later('ENROUTE', 1); later('DELIVRD', 2); later('DELIVRD', 2); later('EXPIRED', 3); }
    if (kind === '07') { receipt(session, pdu, id, 'DELIVRD', 2); setTimeout(answer, 50); }
    if (kind === '08') answer(smpp.ESME_RINVDSTADR);
    if (kind === '09') answer(smpp.ESME_RTHROTTLED);
  });
});
server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));
process.stdin.on('end', () => process.exit(0)).resume();
