// One chunk for everything the first screen can say; the guide is fetched when it is opened.
import errors from './errors.json'
import events from './events.json'
import ui from './ui.json'

export default { ui, errors, events }
