"""An HL7 engine on python3-hl7. Ports: plain, TLS. It does what MSH-5 of a message says, by default AA."""

import asyncio
import ssl
import sys

from hl7.mllp import start_hl7_server


async def answer(message, writer):
    wish = str(message.segment("MSH")(5))
    if wish == "SILENT":
        return
    if wish == "CLOSE":
        writer.close()
        return
    if wish == "BARE":
        writer.write(str(message.create_ack("AA")).encode("latin-1"))
        return
    if wish == "BOTH":
        writer.writemessage(message.create_ack("CA"))
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.writemessage(message.create_ack("AA"))
        return
    reply = message.create_ack(wish if len(wish) == 2 else "AA")
    if wish == "OTHER":
        reply.segment("MSA").assign_field("SOMEBODY-ELSE", 2)
    if wish == "ECHO":
        reply.segment("MSA").assign_field("AE", 1)
        for segment in message[1:]:
            reply.append(segment)
    writer.writemessage(reply)


async def serve(reader, writer):
    try:
        while not writer.is_closing():
            await answer(await reader.readmessage(), writer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def main():
    plain, tls, cert, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    await start_hl7_server(serve, "127.0.0.1", int(plain), encoding="latin-1")
    await start_hl7_server(serve, "127.0.0.1", int(tls), encoding="latin-1", ssl=context)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
