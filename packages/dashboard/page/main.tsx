import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/ribbon.css'
import './styles/screens.css'
import { App } from './app.js'
import { applyTheme, readTheme } from './shell/theme.js'

applyTheme(readTheme())
const place = document.getElementById('page')
if (place) render(<App />, place)
