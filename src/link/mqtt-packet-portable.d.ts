// Stands in for mqtt-packet's own typings in the core's compilation: those need Node's.
declare const mqttPacket: unknown;
export default mqttPacket;
