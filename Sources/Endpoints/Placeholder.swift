enum PlaceholderEndpoints {}
import Hummingbird
