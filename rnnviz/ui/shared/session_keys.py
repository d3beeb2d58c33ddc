"""The keys of the session's state, except those of widgets that a single function draws and reads."""

# The page that is open, and its link (see link_state.py).
PAGE = "page"  # the hash of the page's script
JUST_OPENED = "just-opened"  # True until asked for
WAITING = "link-waiting"  # by parameter: the text to be written into the link, None to take it out
UNREAD = "link-unread"  # names of parameters that came with the link and were not read yet
RESTORED = "link-restored"  # by widget key: the scope of the value restored in this visit of the page
REMEMBERED = "link-remembered"  # by scope and name: the value when it was last saved
NOTICES = "notices"  # messages by key
HIDDEN = "hidden"  # names of the parts that a lesson hides
PROJECTED = "projected"  # whether that link opens in the size for a projector
HIDE_READ = "hide-read"  # the text of the link that names them
LEFT_OUT = "left-out"  # names of the parts that the session's next link for a lesson hides

# The text box.
TEXT = "text"  # the widget's key, and its parameter
EXAMPLE = "example"
LAST_READ = "last-read"  # by task: the last text that could be read
NUMBERS_MENU = "numbers"
NUMBERS_ERROR = "numbers-refused"
PASTED = "numbers-pasted"
PASTED_DRAFT = "numbers-left"  # what was pasted, while the menu is closed
NUMBERS_FILE = "numbers-file"
NOISE_SEED = "numbers-seed"
NOISE_STEPS = "numbers-steps"

# The picker of cells.
MORE_CELLS = "more-cells"

# What-if.
WHAT_IF_CHIPS = "what-if"
FORGET_AT = "forget-at"
WHAT_IF_MENUS = "what-if-menus"  # how many menus have been closed

# Writing on.
WRITTEN = "written"  # the text that a model continued last
WRITE_ON_MENUS = "write-on-menus"  # how many menus have been closed
WRITE_ON_TEMPERATURE = "write-on-temperature"
WRITE_ON_TOP = "write-on-top"
WRITE_ON_COUNT = "write-on-count"
WRITE_ON_SEED = "write-on-seed"

# Models and results.
OWN_TASKS = "own_tasks"  # the session's own tasks by name
OWN_NAMES = "own_names"  # every name that an own task ever had
TABLES = "tables"  # uploaded tables by task and name
RESULTS = "results"  # of long work on the session's own models
STOPPED = "stopped-work"  # the key of long work that was stopped
MEMORY_ACCOUNT = "memory-account"  # what the session holds of the server's memory

# The instrument, and the position in it.
PAGE_REQUESTED = "page-requested"  # the view that the browser wants as a page
CODE_MISSING = "code-missing"  # there if the browser could not fetch the instrument's code
DEFINITIONS_SENT = "definitions-sent"  # model keys of the definitions that the browser has
RUNS_SENT = "runs-sent"  # ids of the runs that the browser has
UNIT = "chosen-unit"
TOKEN_VALUES = "token-values"  # the name of those that the browser has requested
REPORTED = "reported-position"  # the last position that the browser reported

# The guide's questions.
GUESSES = "guesses"  # the reader's answers by question
GUESSES_RECEIVED = "guesses-received"  # there once the browser has handed over those that it kept
JUST_ANSWERED = "just-answered"  # the question that was answered last, until the page has shown the answer

# A class that answers.
HOSTED = "hosted"  # the code and the key of the session's room
HOSTED_RECEIVED = "hosted-received"  # there once the browser's own does not count any more
SHOW_ROOM = "show-room"  # True until the code is shown
VOTER = "voter"  # the code of a room, and the token with which the session votes in it
VOTER_RECEIVED = "voter-received"  # there once the browser has handed over the token that it kept
WRONG_CODES = "wrong-codes"  # codes of no room, and when they were tried

# The Memory page.
QUESTION_BEFORE = "question-before"  # the question of the run before

# The Dynamics page.
REFERENCE_TEXTS = "reference-texts"  # by task: the pasted texts

# The Units page.
ATLASES = "atlases"  # those that the session has built, by model
ATLAS_CHOICE = "atlas-choice"
ATLAS_FILE = "atlas-file"
ATLAS_TEXT = "atlas-text"
PATTERN_TEXT = "pattern-text"  # the tokens of the text in which a span is chosen

# The Models page.
OPENED_FILE = "models-opened"
GIVEN_FILE_OPENED = "models-given"  # the file that the server was started with
OPENED_COUNT = "models-count"  # of the files that were opened so far
UPLOADED_FILES = "models-ids"  # of the files in the uploader when they were opened

# What the browser keeps.
KEPT_REPORT = "kept-report"  # what the browser has told last
KEPT_COMMAND = "kept-command"  # what the reader wants of it
MISSING_MODEL = "missing-model"  # the one that a link names
KEPT_UPLOADS = "kept-uploads"  # how many models it has sent

# The Train page.
TRAININGS = "trainings"
TRAININGS_STARTED = "train-count"
TRAIN_DYNAMICS = "train-dynamics"  # measures of snapshots by training, cell and step
START_REQUESTED = "train-asked"
RUN_SHOWN = "train-shown"
WAS_AWAY = "train-waited"  # the page was left while a training ran
OWN_TEXT = "train-text"  # file name and text
OWN_TEXT_ENCODING = "train-encoding"  # in words
OWN_TEXT_FILE = "train-file-id"
OWN_TEXT_ERROR = "train-refused"
OWN_TASK = "train-own-task"  # the last own text and options, and the task made of them
HAS_RUN = "has-run"  # whether the first run of the session has begun
